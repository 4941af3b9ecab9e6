// What is used of prom-client, by its own files: 52 of OpenTelemetry's and 4 MB of an idle service are not loaded then.
export { default as Counter } from "prom-client/lib/counter.js";
export { default as Gauge } from "prom-client/lib/gauge.js";
export { default as Histogram } from "prom-client/lib/histogram.js";
export { default as Registry } from "prom-client/lib/registry.js";
