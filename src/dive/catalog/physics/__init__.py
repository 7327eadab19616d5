"""Tools of the physics domain: stars, constellations, Messier objects, subatomic particles."""
