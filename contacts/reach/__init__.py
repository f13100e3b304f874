"""How far what people have asked of one number reaches, and for whom that changes (P15)."""
