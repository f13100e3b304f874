"""The base of the REST API: keys, tenancy, pages and problems."""
