"""Crockford's base 32 for numbers and bytes.

Capital letters and digits alone: a QR code packs them in its alphanumeric mode at
5.5 bits each, a keyboard scanner types them alike on every keyboard layout, and a
person can type them. The 123-letter card makes a smaller drawing than it would in
base64, which a QR code can only hold at 8 bits a letter.
"""

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 5

_VALUES = {letter: value for value, letter in enumerate(LETTERS)}


def encode_number(number: int, width: int) -> str:
    """Return `number` in exactly `width` letters.

    Raises:
        ValueError: it is negative or needs more letters.
    """
    if not 0 <= number < 1 << BITS * width:
        raise ValueError(f"{number} does not fit into {width} letters")
    shifts = range(BITS * (width - 1), -1, -BITS)
    return "".join(LETTERS[number >> shift & 31] for shift in shifts)


def decode_number(letters: str) -> int:
    """Return the number that `letters` spell.

    Raises:
        ValueError: a letter is not in the alphabet.
    """
    number = 0
    for letter in letters:
        if letter not in _VALUES:
            raise ValueError(f"{letter!r} is not a letter of base 32")
        number = number << BITS | _VALUES[letter]
    return number


def bytes_width(size: int) -> int:
    """Return how many letters `size` bytes take."""
    return -(-size * 8 // BITS)


def encode_bytes(data: bytes) -> str:
    """Return `data` as letters, padded with zero bits at the end."""
    width = bytes_width(len(data))
    padding = width * BITS - len(data) * 8
    return encode_number(int.from_bytes(data) << padding, width)


def decode_bytes(letters: str, size: int) -> bytes:
    """Return the `size` bytes that `letters` spell, in their one and only spelling.

    Raises:
        ValueError: wrong length, a strange letter, or padding that isn't zero.
    """
    width = bytes_width(size)
    padding = width * BITS - size * 8
    number = decode_number(letters)
    # A second spelling of the same bytes would be a second text for the same card.
    if len(letters) != width or number & (1 << padding) - 1:
        raise ValueError("not the spelling of so many bytes")
    return (number >> padding).to_bytes(size)
