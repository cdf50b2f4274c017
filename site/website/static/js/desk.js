// The desk: "/" puts the cursor into the search field, unless something is being typed.
addEventListener("keydown", event => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const field = document.querySelector("[action='/admin/find'] [name=q]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
