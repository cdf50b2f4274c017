"""Tables of the operator's: one component (search, filter, sort, pages, CSV) and what each table holds."""
