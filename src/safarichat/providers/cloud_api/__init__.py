"""What Meta's Cloud API says, in the words that Meta itself and 360dialog share: payloads, statuses, error codes."""
