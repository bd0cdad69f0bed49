"""What the links of the pages hold, a frozen View a page, and what each asks for: for pages and for files."""
