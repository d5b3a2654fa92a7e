import { said, speak } from "@/words/language.svelte";

test("words follow the language of the person", () => {
  const words = said({ left: (n: number) => [`sisa ${n}`, `${n} left`], name: ["Catatan", "Notes"] });
  speak("id");
  expect([words.left(3), words.name]).toEqual(["sisa 3", "Catatan"]);
  speak("en");
  expect([words.left(3), words.name]).toEqual(["3 left", "Notes"]);
});
