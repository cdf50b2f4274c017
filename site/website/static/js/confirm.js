// Only in the browser that asked for the newsletter: presses the button of the page that its mail leads to.
document.querySelector("form[data-confirm]")?.requestSubmit();
