"""Small files that are shipped with the code: tables, palettes, the explorer's page."""
