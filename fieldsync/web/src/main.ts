/** The notebook. What else there is comes later, and only to who knows the PIN. */

import { mount } from "svelte";
import "@/ui/style.css";
import Cover from "@/cover/Cover.svelte";
import { opening, start, watchTheDoor } from "@/cover/opening.svelte";
import { speakAsBefore } from "@/cover/remembered";
import { watchForUpdates } from "@/ui/updating.svelte";

speakAsBefore();
watchTheDoor();
watchForUpdates(() => opening.idle);
mount(Cover, { target: document.getElementById("catatan")! });
void start();
