"""Reports: plots and the page that holds them."""
