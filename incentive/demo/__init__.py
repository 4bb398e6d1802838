"""Made-up people in Kunming's real streets, and a walk through the whole chain over HTTP."""
