// Signing in, proving oneself again and adding a key, with a passkey. A form that wants one says data-passkey="get" or
// "create"; before it is sent, this asks the site for a challenge and the browser for an answer to it. Loaded in the
// head, so that such forms are there from the first paint, or not at all.
(() => {
  const kind = self.PublicKeyCredential;
  if (!kind?.parseRequestOptionsFromJSON || !kind.parseCreationOptionsFromJSON) return;
  document.documentElement.dataset.passkeys = "yes";

  const words = {
    NotAllowedError: "Nothing was done: it was stopped, took too long, or there is no passkey for this site here.",
    InvalidStateError: "This device holds a passkey of yours for this site already.",
    SecurityError: "Passkeys do not work at this address. Open the site under its name (on your own machine: localhost).",
    TypeError: "The site does not answer. Try again in a moment.",
    429: "Too many attempts. Wait a quarter of an hour, or use your password and a code.",
  };
  const otherwise = "That did not work. Load the page anew and try again.";
  const ask = {
    get: (options) => navigator.credentials.get({ publicKey: kind.parseRequestOptionsFromJSON(options) }),
    create: (options) => navigator.credentials.create({ publicKey: kind.parseCreationOptionsFromJSON(options) }),
  };

  const send = async (form) => {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(`${form.action}/challenge`, { method: "POST", body });
    // The session ended, or what hurts needs another code: the page that asks for it knows the way back.
    if (answer.redirected) return location.assign(answer.url);
    if (!answer.ok) throw { name: answer.status };
    const credential = await ask[form.dataset.passkey](await answer.json());
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  };

  let busy = false;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.passkey) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const status = form.querySelector("[role=status]");
    const say = (text, look) => Object.assign(status, { textContent: text, className: look });
    say("Waiting for your passkey …", "fine");
    await send(form).catch(({ name }) => say(words[name] ?? otherwise, "problem"));
    busy = false;
  });
})();
