"""What each store sells: seen by category, and changed for one store or several."""
