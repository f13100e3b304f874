"""The only place for where a simulated phone is at home: what Twilio guesses from a number and sends with a text."""

PARTS = ("City", "State", "Zip", "Country")
# A few area codes, chosen to lie in different time zones and under different laws.
AREA_CODES = {
    "202": ("WASHINGTON", "DC", "20001"),
    "203": ("NEW HAVEN", "CT", "06510"),
    "206": ("SEATTLE", "WA", "98101"),
    "212": ("NEW YORK", "NY", "10001"),
    "305": ("MIAMI", "FL", "33130"),
    "312": ("CHICAGO", "IL", "60601"),
    "401": ("PROVIDENCE", "RI", "02903"),
    "405": ("OKLAHOMA CITY", "OK", "73102"),
    "415": ("SAN FRANCISCO", "CA", "94103"),
    "503": ("PORTLAND", "OR", "97204"),
    "512": ("AUSTIN", "TX", "78701"),
    "602": ("PHOENIX", "AZ", "85004"),
    "617": ("BOSTON", "MA", "02108"),
    "808": ("HONOLULU", "HI", "96813"),
    "850": ("PENSACOLA", "FL", "32502"),
    "907": ("ANCHORAGE", "AK", "99501"),
}


def home(phone: str) -> dict[str, str]:
    """City, State, Zip and Country of a number's area code, each empty where nothing is known."""
    known = AREA_CODES.get(phone[2:5]) if phone.startswith("+1") else None
    city, state, postal_code = known or ("", "", "")
    return dict(zip(PARTS, (city, state, postal_code, "US" if phone.startswith("+1") else ""), strict=True))
