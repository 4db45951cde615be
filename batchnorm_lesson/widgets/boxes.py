"""The short coloured box in which a check or a question answers: an icon and words, never colour alone."""
import html

# Own background and own text colour, at least 7:1 apart, so that the box reads the same in light and dark themes.
LOOKS = {
    "right": ("✓", "Right", "#1F5136", "#E3F4E8"),
    "not right": ("✗", "Not right yet", "#7A1F0B", "#FDEBE4"),
    "not quite": ("✗", "Not quite", "#7A1F0B", "#FDEBE4"),
    "not attempted": ("○", "Not attempted yet", "#333333", "#EEEEEE"),
}


def box(status, words):
    """HTML of a box for a status, one of LOOKS; words are plain text, newlines are kept."""
    icon, name, ink, paper = LOOKS[status]
    return (f'<div role="status" style="color:{ink};background:{paper};border-left:4px solid {ink};padding:6px 12px;'
            f'margin:4px 0;line-height:1.5;white-space:pre-wrap;max-width:80ch"><b>{icon} {name}.</b> '
            f'{html.escape(words, quote=False)}</div>')
