"""The player of films: a canvas in the browser, in JavaScript, for any page that hands it messages."""
