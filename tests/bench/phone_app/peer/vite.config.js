export default { base: "./", build: { outDir: process.env.PEER_DIST ?? "dist" } };
