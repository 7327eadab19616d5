"""Tools of the biology domain: species and their families, genomes, restriction enzymes, codons."""
