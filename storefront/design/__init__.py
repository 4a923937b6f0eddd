"""One visual language for every portal: colours, type, pieces, icons, the page around them.

Owns the style sheet, the base template, the pieces and what they draw. Must never know what a page
is about: it takes values and gives HTML.
"""
