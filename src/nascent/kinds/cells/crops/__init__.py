"""Raw wells to crops of their nuclei: reading, quality control, cutting."""
