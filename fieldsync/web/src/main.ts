/** The notebook. What else there is comes later, and only to who knows the PIN. */

import { mount } from "svelte";
import "@/ui/style.css";
import Cover from "@/cover/Cover.svelte";

mount(Cover, { target: document.getElementById("catatan")! });
