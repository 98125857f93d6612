"""What shape inference says of a plan, and how that is kept between runs."""
