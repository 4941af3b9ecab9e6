export default { optimizeDeps: { exclude: ["ketflow"] } };
