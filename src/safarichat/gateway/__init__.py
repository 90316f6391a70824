"""The Cloud API in front of any provider: plain verbs that take a call as it was read and give its answer."""
