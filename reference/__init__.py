"""What others decided: places, times, words and policy. Imports nothing else of the project."""
