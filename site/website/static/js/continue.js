// Presses the one button of the page, in the browser that asked for the link. A mail scanner that runs
// scripts has no cookie of ours and never gets this file.
document.querySelector("form[data-continue]")?.requestSubmit();
