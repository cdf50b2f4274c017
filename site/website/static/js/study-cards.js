// Cards on the page of an article: once one is turned over, its reader says how well it was known. The event on the card,
// "carrel:answered", is kept by js/study-store.js.
for (const card of document.querySelectorAll(".study-cards .study-item")) {
  const grades = document.createElement("div"), said = document.createElement("p");
  grades.className = "study-grades";
  grades.setAttribute("role", "group");
  grades.setAttribute("aria-label", "How well did you know it?");
  said.className = "fine";
  said.setAttribute("role", "status");
  ["Again", "Hard", "Good", "Easy"].forEach((word, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = word;
    button.addEventListener("click", () => {
      said.textContent = `${word}: it comes again at “Due today”.`;
      card.dispatchEvent(new CustomEvent("carrel:answered", { bubbles: true, detail: { kind: "grade", grade: index + 1, choice: 0, mode: "cards" } }));
    });
    grades.append(button);
  });
  card.querySelector(".study-back").append(grades, said);
}
