"""What other rooms may ask of the catalogue. Importing it does not need Django; the shelf functions use its connection.

`work` (changing prices and caps) is imported from here lazily for the same reason.
"""
