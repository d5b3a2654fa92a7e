/** What may and may not be done under cover, by kind of office and scenario: our own operating rules, in plain words. */

import type { Visit } from "@/wire/types";
import { productOf, unitOf } from "@/wire/visit";
import { said } from "@/words/language.svelte";

const limits = said({
  inquiry: [
    "Bertanyalah seperti warga biasa. Jangan mengajukan permohonan, jangan membayar.",
    "Ask as any citizen would. File no application, pay nothing.",
  ],
  transaction: ["Hanya untuk keperluan Anda sendiri yang sungguh ada, dengan biaya resmi.", "Only for a real need of your own, at the official fee."],
  report: ["Jangan membuat laporan apa pun. Laporan palsu adalah tindak pidana.", "File no report of any kind. A false report is a crime."],
  persons: ["Jangan mengarang orang atau dokumen.", "Invent no persons and no documents."],
  application: ["Jangan membuat permohonan percobaan.", "File no test application."],
  ownFile: ["Bertanya, atau mengurus berkas Anda sendiri.", "Ask, or see to a file of your own."],
  emergency: [
    "Jangan berpura-pura sakit berat atau darurat. Pergilah bila antrean itu untuk pasien gawat.",
    "Feign no illness and no emergency. Leave if the queue is for urgent care.",
  ],
  ownCost: ["Keluhan ringan yang sungguh ada boleh diperiksakan, atas biaya sendiri.", "A real minor complaint may be seen to, at your own cost."],
  boardsOnly: ["Foto papan saja: tanpa pasien, anak, layar, atau berkas.", "Photograph boards only: no patients, children, screens or files."],
  money: ["Jangan menawarkan uang, jangan memakai calo, jangan memancing.", "Never offer money, never use a broker, never provoke."],
  asked: [
    "Bila diminta uang, tanya sekali: “Untuk apa, ada kuitansi?”, lalu mundur dengan sopan. Bayar hanya demi keselamatan, dan catat.",
    "If money is asked, ask once “What for, is there a receipt?”, then withdraw politely. Pay only for your safety, and note it.",
  ],
  later: [
    "Di tempat cukup waktu, foto nomor antrean, dan catatan singkat. Isi lembar setelah meninggalkan loket.",
    "On site only times, a photo of the ticket and short notes. Fill in the form after leaving the counter.",
  ],
  things: ["Foto benda, bukan orang. Bila ada larangan memotret, jangan; catat alasannya.", "Photograph things, not people. Where a sign forbids it, do not; note the reason."],
});

type Limit = keyof typeof limits;

const BY_UNIT: Readonly<Record<string, readonly Limit[]>> = {
  DKC: ["persons", "boardsOnly"],
  PTS: ["application"],
  KTH: ["ownFile"],
  PKM: ["emergency", "ownCost", "boardsOnly"],
};

/** What the inspector reads before she begins, the strictest first. */
export function limitsFor(visit: Visit): string[] {
  const type = unitOf(visit).type || visit.variant;
  const reports = type === "POL" && productOf(visit).group !== "SKCK"; // the desk for reports, unless it is known to be another
  const scenario: Limit = visit.scenario === "transaction" && !reports ? "transaction" : "inquiry";
  const own = (BY_UNIT[type] ?? []).filter((name) => !(visit.scenario === "inquiry" && name === "ownFile"));
  const names: Limit[] = [...(reports ? (["report"] as const) : []), scenario, ...own, "money", "asked", "later", "things"];
  return names.map((name) => limits[name]);
}
