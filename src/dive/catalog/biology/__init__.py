"""Tools of the biology domain: species and their families, genomes, human genes, birds, restriction enzymes, codons."""
