// An engine host that never comes to answer.
process.exit(7);
