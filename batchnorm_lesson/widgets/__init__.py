"""What stands in the page beside the pictures: boxes, results that unfold, and what the page itself lacks."""
