"""Forms in which tables are saved: CSV, lists, JSON, CLIXML, XML, archives, and their encodings."""
