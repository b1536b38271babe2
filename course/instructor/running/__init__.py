"""Run a submission, whatever it is: repaired, in a sandbox, watched from outside."""
