// Buttons with pictures; the one that stands for the experiment on screen is checked.
export default function ({ data, parentElement, setTriggerValue }) {
  const group = parentElement.querySelector(".presets");
  const buttons = data.presets.map((preset) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", String(preset.name === data.chosen));
    button.title = preset.sentence;
    button.dataset.preset = preset.name;
    button.innerHTML = preset.picture; // drawn by the server from numbers alone
    const title = document.createElement("span");
    title.textContent = preset.title;
    button.append(title);
    button.onclick = () => setTriggerValue("clicked", preset.name);
    return button;
  });
  group.replaceChildren(...buttons);
}
