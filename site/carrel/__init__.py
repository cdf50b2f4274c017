"""What every product package stands on: database, settings, HTTP, mail, accounts, ads, images."""
