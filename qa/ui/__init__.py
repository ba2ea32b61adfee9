"""The page: Gradio, one file a panel. Nothing outside this folder knows of Gradio."""
