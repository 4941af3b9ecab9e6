const { loadEngines } = require("ketflow/engines");
const { show } = require("../sample.js");

show(() => loadEngines({ threads: 1 }));
