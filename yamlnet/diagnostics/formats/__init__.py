"""The forms in which problems are told, a module each: `report.Style` names them."""
