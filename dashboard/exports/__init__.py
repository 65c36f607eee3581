"""Files that people take away; never imports Dash."""
