// Loads the page again when another library is there. Of the preview alone; without it, a plain reload does the same.
const version = document.currentScript.dataset.version;
let events;

function listen() {
  events = new EventSource("/_preview/events?version=" + encodeURIComponent(version));
  events.onmessage = (event) => {
    if (event.data !== version) {
      events.close();
      location.reload();
    }
  };
}

// A browser keeps six connections to one address: pages that nobody looks at give theirs back.
document.addEventListener("visibilitychange", () => {
  events.close();
  if (!document.hidden) listen();
});
listen();
