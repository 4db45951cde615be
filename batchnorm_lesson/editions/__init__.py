"""What is made of the lessons: slides, the app, pages for reading, JupyterLite, a graded course, paper and its key."""
