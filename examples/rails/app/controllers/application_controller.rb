class ApplicationController < ActionController::Base
  helper_method :current_user

  private

  def current_user
    Customer::ALL.find { |customer| customer.id == session[:customer_id] }
  end
end
