"""What is made of the lessons: slides, the app, pages for reading, JupyterLite and a graded course."""
