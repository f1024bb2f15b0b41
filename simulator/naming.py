"""Names for artists, albums, tracks and shows, with the oddities that real ones have."""

from __future__ import annotations

from random import Random


def _words(text: str) -> list[str]:
    return text.split()


ADJECTIVES = _words("""
Amber Blue Broken Crimson Distant Early Electric Empty Endless Fading Faint Frozen
Gentle Golden Half Heavy Hidden Hollow Ivory Last Late Little Lonely Lost Lucid Midnight Muted
Narrow Northern Odd Pale Paper Quiet Restless Salt Second Silent Silver Slow Small Solar Stray
Sudden Sunken Tender Violet Warm Wild Winter Wooden Young""")
NOUNS = _words("""
Anchors Arcade Ash Atlas Avenue Bells Birches Bridge Canyon Carousel Choir Cinema Coast
Compass Cranes Daughters Delta Echo Embers Engine Fable Ferry Fields Foxes Garden Ghosts Harbour
Hotel Islands Kites Ladder Lanterns Letters Lighthouse Machine Magnets Maps Meadow Mirrors
Motel Museum Oceans Orchard Owls Parade Pilots Planets Radio Rivers Satellites Seasons
Shadows Signals Sisters Sparrows Stations Stories Summers Telegraph Tides Towers Trains
Tunnels Valley Waltz Waves Windows Wolves""")
VERBS = _words(
    "Burn Call Carry Chase Drift Fall Follow Forget Hold Keep Leave Lose Remember Run Wait"
)
FIRST = _words("""
Ada Amara Björk Carla Dagny Elif Émile Freya Gil Hana Ines Jonas Kofi Lea Malik Nadia
Olu Petra Quinn Rosa Söla Tomás Uma Viktor Wren Ximena Yuki Zoë""")
LAST = _words("""
Abara Bianchi Castell Dorn Eklund Ferro Grøn Haas Ito Jansen Kovač Lindqvist Moreau
Nakamura Okafor Petrov Quist Rossi Sørensen Takeda Ünal Vance Weiss Yılmaz Zeller""")
JAPANESE = [
    "夜の電車",
    "青い海",
    "雨音",
    "星屑ラジオ",
    "春の手紙",
    "遠い灯台",
    "音楽室",
    "ノスタルジア",
]
EMOJI = ["🌊", "🔥🔥🔥", "✨moon✨", "🚀 to the 🌙", "💔", "🦊 & 🐺"]
SUFFIXES = ["Remastered 2011", "Live", "Acoustic", "Radio Edit", "Sped Up", "Instrumental"]


def draw_artist_name(rng: Random) -> str:
    """Return an artist's name: a band, a person, now and then Japanese."""
    kind = rng.random()
    if kind < 0.03:
        return rng.choice(JAPANESE) + rng.choice(["", "バンド", " 2"])
    if kind < 0.45:
        return f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    article = rng.choice(["The ", "", ""])
    return f"{article}{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"


def tell_apart(name: str, taken: set[str]) -> str:
    """Return the name, or "Late Choir No. 2" where somebody has it, and take it.

    Real artists do share names, but in a made top list it looks like one counted twice.
    """
    unique, number = name, 1
    while unique in taken:
        number += 1
        unique = f"{name} No. {number}"
    taken.add(unique)
    return unique


def draw_album_name(rng: Random, artist_name: str) -> str:
    """Return an album's name; several artists have a "Greatest Hits" or one like themselves."""
    kind = rng.random()
    if kind < 0.03:
        return "Greatest Hits"
    if kind < 0.07:
        return artist_name
    if kind < 0.09:
        return rng.choice(JAPANESE)
    return f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"


def draw_track_name(rng: Random) -> str:
    """Return a track's name without guests: plain, Japanese, emoji, or far too long."""
    kind = rng.random()
    if kind < 0.010:
        return rng.choice(EMOJI)
    if kind < 0.030:
        return rng.choice(JAPANESE)
    if kind < 0.034:
        movement = f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
        return " / ".join(f"{movement}, Pt. {part}" for part in range(1, 14))
    if kind < 0.20:
        return f"{rng.choice(VERBS)} the {rng.choice(NOUNS)}"
    name = f"{rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
    return f"{name} - {rng.choice(SUFFIXES)}" if kind > 0.93 else name


def add_guests(rng: Random, name: str, guests: list[str]) -> str:
    """Return the title with its guests written into it, one of the usual ways."""
    if not guests:
        return name
    listed = " & ".join(guests)
    return name + rng.choice([f" (feat. {listed})", f" (with {listed})", f" ft. {listed}"])
