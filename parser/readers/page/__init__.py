"""Pages with places: glyphs and rules become the paragraphs and tables that a
person sees.
"""
