"""Tools of the physics domain: stars, constellations, eclipses, Messier objects, subatomic particles."""
