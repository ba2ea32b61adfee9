"""Questions and answers over an index: settings, answering, evaluation, command line and chat."""
