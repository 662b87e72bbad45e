"""The pages for people: a first one, the contracts to read and to try, and what they need, none of it from afar."""
