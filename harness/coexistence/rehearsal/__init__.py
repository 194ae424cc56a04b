"""One rehearsal: what it is about, the trial of a plan, nights that end early, verdicts and their causes."""
