"""The page: Gradio, one file a panel. Nothing outside this folder knows of Gradio."""

import os

# Gradio reads it when it is imported, which is after this line: no report of any kind leaves the machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
